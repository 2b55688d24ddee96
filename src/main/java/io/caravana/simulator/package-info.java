/** The built-in ServiceNow: believable tables behind the Table API, with every fault a client must survive on request. */
package io.caravana.simulator;
