package dev.epoch.projections;

/**
 * How far a projection is.
 *
 * @param name of the projector
 * @param lifecycle of the projector
 * @param position of the log that it includes
 * @param parked whether it stands before an event that it cannot apply
 * @param parkedAt position of that event, or null
 * @param error what went wrong there, or null
 * @param version changes with each of the above
 */
public record Checkpoint(
    String name,
    Projector.Lifecycle lifecycle,
    long position,
    boolean parked,
    Long parkedAt,
    String error,
    String version) {}
