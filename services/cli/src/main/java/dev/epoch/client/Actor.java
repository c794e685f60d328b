package dev.epoch.client;

/**
 * Who acts: the author of commits and the actor of every command.
 *
 * @param name null where unknown
 * @param email null where unknown
 */
public record Actor(String name, String email) {

  /** Nobody in particular. */
  public static final Actor UNKNOWN = new Actor(null, null);
}
