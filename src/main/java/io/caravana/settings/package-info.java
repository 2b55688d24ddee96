/** Holds what a user has configured to what the settings' records know, and says what is wrong, where, and what would be right. */
package io.caravana.settings;
