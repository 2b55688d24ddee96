/** Runs jobs: accepts an execution, and carries its tables side by side. */
package io.caravana.job;
