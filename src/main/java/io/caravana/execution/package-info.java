/**
 * What is running and what has run. Its packages use each other in one direction only, from the last to the first:
 * {@code worker}, {@code run}, {@code log}, {@code recovery}, {@code lease}, {@code checkpoint}.
 */
package io.caravana.execution;
