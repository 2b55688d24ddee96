/** Where Caravana's data lives: the PostgreSQL it was given, or one of its own that it starts and keeps. */
package io.caravana.database;
