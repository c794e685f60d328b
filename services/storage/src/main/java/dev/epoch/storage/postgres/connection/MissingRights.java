package dev.epoch.storage.postgres.connection;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which statement gives Epoch's role what a database says that it lacks. */
final class MissingRights {
  private static final Pattern SCHEMA = Pattern.compile("permission denied for schema (\\S.*)");

  private static final Pattern MEMBER =
      Pattern.compile("must be (?:able to SET ROLE|(?:a )?member of role) (\".+\")");

  private static final Pattern OWNER = Pattern.compile("must be owner of .+");

  private static final String ROLE = "<role>, the one that the storage connects as";

  private MissingRights() {}

  /**
   * @param message of an error "insufficient privilege", in English; another gets a remedy that
   *     names no object
   */
  static String remedy(String message) {
    Matcher schema = SCHEMA.matcher(message);
    if (schema.lookingAt()) {
      return "GRANT USAGE, CREATE ON SCHEMA " + schema.group(1) + " TO " + ROLE;
    }
    Matcher member = MEMBER.matcher(message);
    if (member.find()) {
      return "GRANT %s TO %s; from PostgreSQL 16 on WITH INHERIT TRUE, SET TRUE"
          .formatted(member.group(1), ROLE);
    }
    if (OWNER.matcher(message).lookingAt()) {
      return "GRANT <its owner> TO "
          + ROLE
          + " (epoch storage test-credentials names them); or change the live one as its owner, and commit that";
    }
    return "Grant the role what it needs; see docs/postgresql.md";
  }
}
