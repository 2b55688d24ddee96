/** The steps of the load routes: the beans that they call, and what a load has in hand while it runs. */
package io.caravana.pipeline;
