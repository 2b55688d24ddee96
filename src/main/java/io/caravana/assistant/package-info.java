/** Answers questions about tickets and jobs from evidence, without a model. */
package io.caravana.assistant;
