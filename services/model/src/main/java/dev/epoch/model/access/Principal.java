package dev.epoch.model.access;

import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Who asks, as the server has found out; rights are given to it. Where a key acts for somebody, it
 * is that person.
 *
 * @param user id of whoever it is
 * @param groups that the user is in, as the issuer of a token says
 * @param how the server knows
 * @param key name of the key of the API that was sent, or null
 * @param administrator whether everything is allowed, whatever roles say
 * @param scopes what the key is for; a verb that is not among them is refused whatever roles say
 */
public record Principal(
    String user,
    List<String> groups,
    How how,
    String key,
    boolean administrator,
    Set<Verb> scopes) {

  /** What the users of sessions of databases begin with, before the role. */
  public static final String OF_SESSIONS = "postgres:";

  /** What the ids of the server itself begin with. */
  static final String OWN = "epoch:";

  /** How the server knows who asks. */
  public enum How {
    /** It does not: nobody has to say. */
    ANONYMOUS,
    /** By a key of the API. */
    KEY,
    /** By a token of an issuer that the server trusts. */
    TOKEN,
    /** By the login of a session of a database. */
    SESSION,
    /** It is the server itself, or asked on behalf of somebody whose command it goes on with. */
    SERVER
  }

  public Principal {
    Objects.requireNonNull(user, "user");
    Objects.requireNonNull(how, "how");
    groups = List.copyOf(groups);
    scopes = Set.copyOf(scopes);
  }

  /** Somebody without groups and without a key: what is given to the user counts. */
  public static Principal user(String user, How how) {
    return new Principal(user, List.of(), how, null, false, Verb.all());
  }

  /** The role that a session of a database logged in with. */
  public static Principal session(String role) {
    return user(OF_SESSIONS + role, How.SESSION);
  }

  /** Who really asked, if that is not the actor of this id; else null. */
  public String besides(String actor) {
    String asked = key != null ? key : user;
    return asked.equals(actor) ? null : asked;
  }
}
