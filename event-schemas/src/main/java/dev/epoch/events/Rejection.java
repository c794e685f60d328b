package dev.epoch.events;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Why a command was refused: data, not an exception.
 *
 * @param code which kind of refusal
 * @param message problem and cause, for people
 * @param details facts for programs: texts, whole numbers, booleans and lists of them; {@code
 *     remedy} where there is one
 */
public record Rejection(Code code, String message, Map<String, Object> details) {

  /** The kinds of refusal. Their names are on the wire. */
  public enum Code {
    INVALID_NAME,
    VALIDATION,
    REPOSITORY_NOT_FOUND,
    REPOSITORY_ALREADY_EXISTS,
    STORAGE_NOT_FOUND,
    STORAGE_ALREADY_EXISTS,
    STORAGE_IN_USE,
    TABLE_NOT_FOUND,
    TABLE_ALREADY_EXISTS,
    BRANCH_NOT_FOUND,
    BRANCH_ALREADY_EXISTS,
    BRANCH_NOT_MERGED,
    BRANCH_IN_USE,
    BRANCH_BUSY,
    BRANCH_PROTECTED,
    PROMOTION_PATH,
    TAG_NOT_FOUND,
    TAG_ALREADY_EXISTS,
    COMMIT_NOT_FOUND,
    HEAD_MOVED,
    NOTHING_TO_COMMIT,
    UNCOMMITTED_CHANGES,
    MERGE_IN_PROGRESS,
    NO_MERGE_IN_PROGRESS,
    MERGE_CONFLICT,
    UNRESOLVED_CONFLICTS,
    CONFLICT_NOT_FOUND,
    NOT_FAST_FORWARD,
    SCHEMA_CHANGED,
    IDEMPOTENCY_KEY_REUSED,
    CHECK_NOT_FOUND,
    CHECK_ALREADY_EXISTS,
    CHECK_FAILED,
    HOOK_VETO,
    SCHEMA_ONLY_BRANCH,
    PERMISSION_DENIED,
    ROLE_NOT_FOUND,
    ROLE_ALREADY_EXISTS,
    ROLE_IN_USE,
    OPERATION_FAILED
  }

  public Rejection {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
    details = details == null ? Map.of() : readBack(details);
  }

  /**
   * With values as JSON gives them back, so that a refusal read from the log equals the one that
   * was decided.
   */
  private static Map<String, Object> readBack(Map<String, Object> details) {
    Map<String, Object> values = new HashMap<>();
    details.forEach((name, value) -> values.put(name, readBack(value)));
    return Map.copyOf(values);
  }

  private static Object readBack(Object value) {
    return switch (value) {
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Collection<?> list -> list.stream().map(Rejection::readBack).toList();
      case null -> throw new IllegalArgumentException("a detail is null");
      default -> value;
    };
  }

  public static Rejection of(Code code, String message) {
    return new Rejection(code, message, Map.of());
  }

  public static Rejection of(Code code, String message, String remedy) {
    return new Rejection(code, message, Map.of("remedy", remedy));
  }
}
