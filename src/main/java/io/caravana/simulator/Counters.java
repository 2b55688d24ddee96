package io.caravana.simulator;

/**
 * What the simulator has been asked since its start or since the counters were cleared.
 *
 * @param requests requests that arrived
 * @param inFlight requests that are being answered now
 * @param maximumInFlight the most that were being answered at once
 * @param maximumPerSecond the most that arrived in any one second of the clock
 */
public record Counters(long requests, int inFlight, int maximumInFlight, int maximumPerSecond) {}
