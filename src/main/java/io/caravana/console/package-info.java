/** What people open besides the data: the pages of the API and of Hawtio. */
package io.caravana.console;
