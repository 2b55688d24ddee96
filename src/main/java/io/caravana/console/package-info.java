/** What people and monitors open besides the data: Hawtio, health, metrics and the API's pages, and who may open them. */
package io.caravana.console;
