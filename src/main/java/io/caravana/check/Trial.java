package io.caravana.check;

import java.util.concurrent.Callable;

/**
 * One thing to try.
 *
 * @param advice what to do when it fails without saying so itself
 * @param attempt gives the finding, or fails
 */
record Trial(String name, String advice, Callable<Finding> attempt) {}
