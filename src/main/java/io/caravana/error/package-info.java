/** What went wrong, in words for people; and whether it may pass. */
package io.caravana.error;
