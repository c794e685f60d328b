package dev.epoch.api.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.Rejection;
import dev.epoch.gateway.copy.TableConflictsException;
import dev.epoch.gateway.record.DiffDoesNotApplyException;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.ExpectedVersionException;
import dev.epoch.log.InvalidAppendException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.log.NotOwnerException;
import dev.epoch.model.ref.InvalidNameException;
import dev.epoch.storage.error.BadLocationException;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.CaptureOffException;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.FormerOwnerException;
import dev.epoch.storage.error.HistoryPrunedException;
import dev.epoch.storage.error.MergeOvertakenException;
import dev.epoch.storage.error.NoPrimaryKeyException;
import dev.epoch.storage.error.NotVersionableException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.PrivilegeException;
import dev.epoch.storage.error.QueryRefusedException;
import dev.epoch.storage.error.QueryTimeoutException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.TableChangedException;
import dev.epoch.storage.error.TableNotFoundException;
import dev.epoch.storage.error.TableOwnedException;
import dev.epoch.storage.error.WriteKeyReusedException;
import dev.epoch.storage.error.WriteRefusedException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one table from refusals and faults to what clients see of them. */
public final class ErrorTable {
  private static final int SOON = 1;
  private static final int SHOWN_VIOLATIONS = 100;
  private static final String SEND_ANEW =
      "Nothing of it is left. Send it again, with another Idempotency-Key: under this one it stays undone";

  private ErrorTable() {}

  /** A status of HTTP and the wire name of a class of failures. */
  public record Entry(int status, String error) {}

  public static Entry of(Rejection.Code code) {
    return switch (code) {
      case INVALID_NAME, VALIDATION -> new Entry(422, "ValidationError");
      case REPOSITORY_NOT_FOUND -> new Entry(404, "RepositoryNotInitializedError");
      case REPOSITORY_ALREADY_EXISTS -> new Entry(409, "RepositoryAlreadyExistsError");
      case STORAGE_NOT_FOUND -> new Entry(404, "StorageNotFoundError");
      case STORAGE_ALREADY_EXISTS -> new Entry(409, "StorageAlreadyExistsError");
      case STORAGE_IN_USE -> new Entry(409, "StorageInUseError");
      case TABLE_NOT_FOUND -> new Entry(404, "TableNotFoundError");
      case TABLE_ALREADY_EXISTS -> new Entry(409, "TableAlreadyExistsError");
      case BRANCH_NOT_FOUND -> new Entry(404, "BranchNotFoundError");
      case BRANCH_ALREADY_EXISTS -> new Entry(409, "BranchAlreadyExistsError");
      case BRANCH_NOT_MERGED -> new Entry(409, "BranchNotMergedError");
      case BRANCH_IN_USE -> new Entry(409, "BranchInUseError");
      case BRANCH_BUSY -> new Entry(409, "BranchBusyError");
      case BRANCH_PROTECTED -> new Entry(403, "BranchProtectedError");
      case PROMOTION_PATH -> new Entry(403, "PromotionPathError");
      case TAG_NOT_FOUND -> new Entry(404, "TagNotFoundError");
      case TAG_ALREADY_EXISTS -> new Entry(409, "TagAlreadyExistsError");
      case COMMIT_NOT_FOUND -> new Entry(404, "CommitNotFoundError");
      case HEAD_MOVED -> new Entry(409, "HeadMovedError");
      case NOTHING_TO_COMMIT -> new Entry(422, "NothingToCommitError");
      case UNCOMMITTED_CHANGES -> new Entry(409, "UncommittedChangesError");
      case MERGE_IN_PROGRESS -> new Entry(409, "MergeInProgressError");
      case NO_MERGE_IN_PROGRESS -> new Entry(409, "NoMergeInProgressError");
      case MERGE_CONFLICT, UNRESOLVED_CONFLICTS -> new Entry(409, "MergeConflictError");
      case CONFLICT_NOT_FOUND -> new Entry(404, "ConflictNotFoundError");
      case NOT_FAST_FORWARD -> new Entry(409, "NotFastForwardError");
      case SCHEMA_CHANGED -> new Entry(409, "SchemaChangedError");
      case IDEMPOTENCY_KEY_REUSED -> new Entry(422, "IdempotencyKeyReusedError");
      case CHECK_NOT_FOUND -> new Entry(404, "CheckNotFoundError");
      case CHECK_ALREADY_EXISTS -> new Entry(409, "CheckAlreadyExistsError");
      case CHECK_FAILED -> new Entry(422, "CheckFailedError");
      case HOOK_VETO -> new Entry(403, "HookVetoError");
      case SCHEMA_ONLY_BRANCH -> new Entry(409, "SchemaOnlyBranchError");
      case PERMISSION_DENIED -> new Entry(403, "PermissionDeniedError");
      case ROLE_NOT_FOUND -> new Entry(404, "RoleNotFoundError");
      case ROLE_ALREADY_EXISTS -> new Entry(409, "RoleAlreadyExistsError");
      case ROLE_IN_USE -> new Entry(409, "RoleInUseError");
      case OPERATION_FAILED -> new Entry(409, "OperationFailedError");
    };
  }

  /** What clients see of a failure; empty for a fault that nobody foresaw. */
  public static Optional<ApiError> of(Throwable failure) {
    return Optional.ofNullable(
        switch (failure) {
          case RefusedException refused -> refusal(refused.rejection());
          case RequestRefusedException refused -> refused.error();
          case InvalidRequestException invalid ->
              new ApiError(
                  422,
                  "ValidationError",
                  invalid.getMessage(),
                  invalid.details(),
                  invalid.problems(),
                  0);
          case InvalidNameException invalid ->
              ApiError.of(422, "ValidationError", invalid.getMessage(), Map.of());
          case RecordNotFoundException missing ->
              ApiError.of(
                  404,
                  "RecordNotFoundError",
                  missing.getMessage(),
                  Map.of("table", missing.table(), "key", missing.key()));
          case BodyTooLargeException large ->
              ApiError.of(
                  413,
                  "PayloadTooLargeError",
                  large.getMessage(),
                  Map.of("remedy", "Send it in parts, or raise " + large.setting()));
          case BodyLostException lost ->
              ApiError.of(
                  lost.waited() ? 408 : 400,
                  lost.waited() ? "RequestTimeoutError" : "BadRequestError",
                  lost.getMessage(),
                  Map.of("remedy", "Send it again; nothing was done"));
          case DiffDoesNotApplyException misfits ->
              ApiError.of(
                  409,
                  "DiffDoesNotApplyError",
                  misfits.getMessage(),
                  Map.of(
                      "records",
                      misfits.misfits(),
                      "total",
                      misfits.total(),
                      "remedy",
                      "Look at the records; force writes what the diff says whatever they are"));
          case TableConflictsException conflicts ->
              ApiError.of(
                  409,
                  "MergeConflictError",
                  conflicts.getMessage(),
                  Map.of(
                      "conflicts",
                      conflicts.conflicts().stream()
                          .map(conflict ->
                              Map.of(
                                  "key", conflict.key().values(),
                                  "type", conflict.type().wireName(),
                                  "fields", conflict.fields()))
                          .toList(),
                      "total",
                      conflicts.total(),
                      "remedy",
                      "Take one side (strategy ours or theirs), or set a rule for the field"));
          case StorageException storage -> storage(storage);
          case InDoubtException doubt ->
              ApiError.of(
                      503,
                      "OperationInDoubtError",
                      doubt.getMessage(),
                      Map.of(
                          "operation",
                          doubt.operation().toString(),
                          "remedy",
                          "Ask again with the same Idempotency-Key; GET /admin/recovery shows the operation while it is open"))
                  .retryAfter(SOON);
          case AppendOutcomeUnknownException unknown ->
              ApiError.of(
                      503,
                      "OperationInDoubtError",
                      "The metadata database went away before it said whether the command is stored",
                      Map.of("remedy", "Ask again with the same Idempotency-Key"))
                  .retryAfter(SOON);
          case NotOwnerException elsewhere ->
              ApiError.of(
                      503,
                      "NotReadyError",
                      "This server does not own the repository, or not any more",
                      Map.of(
                          "remedy", "Ask again with the same Idempotency-Key; its owner answers"))
                  .retryAfter(SOON);
          case LogUnavailableException unavailable ->
              ApiError.of(
                      503,
                      "ConnectionFailedError",
                      "The metadata database cannot be used now: " + unavailable.getMessage(),
                      Map.of())
                  .retryAfter(SOON);
          case OverloadedException overloaded ->
              ApiError.of(
                      503,
                      "OverloadedError",
                      overloaded.getMessage(),
                      Map.of("remedy", "Send it again later; nothing was done"))
                  .retryAfter(SOON);
          case NotReadyException notReady ->
              ApiError.of(503, "NotReadyError", notReady.getMessage(), Map.of()).retryAfter(SOON);
          case ExpectedVersionException contended ->
              ApiError.of(
                      503,
                      "NotReadyError",
                      "Another server writes to this repository; nothing was changed",
                      Map.of())
                  .retryAfter(SOON);
          case InvalidAppendException tooMuch ->
              ApiError.of(422, "ValidationError", tooMuch.getMessage(), Map.of());
          default -> null;
        });
  }

  private static ApiError refusal(Rejection rejection) {
    Entry entry = of(rejection.code());
    Map<String, Object> details = new HashMap<>(rejection.details());
    if (rejection.code() == Rejection.Code.OPERATION_FAILED) {
      details.putIfAbsent("remedy", SEND_ANEW);
    }
    if (rejection.code() == Rejection.Code.CHECK_FAILED
        && details.get("rows") instanceof List<?> rows) {
      details.put("rows", rows.stream().map(ErrorTable::json).toList());
    }
    ApiError error = ApiError.of(entry.status(), entry.error(), rejection.message(), details);
    return rejection.code() == Rejection.Code.BRANCH_BUSY ? error.retryAfter(SOON) : error;
  }

  /** What the log has as a text. */
  private static Object json(Object text) {
    try {
      return ApiJson.mapper().readTree(String.valueOf(text));
    } catch (JsonProcessingException none) {
      return text;
    }
  }

  private static ApiError storage(StorageException failure) {
    Map<String, Object> details = new HashMap<>();
    if (failure.remedy() != null) {
      details.put("remedy", failure.remedy());
    }
    return switch (failure) {
      case BadLocationException bad -> error(422, "ValidationError", failure, details);
      case BadValueException bad -> error(422, "ValidationError", failure, details);
      case WriteRefusedException refused -> {
        if (refused.index() >= 0) {
          details.put("index", refused.index());
        }
        yield error(422, "WriteRefusedError", failure, details);
      }
      case WriteKeyReusedException reused ->
          error(422, "IdempotencyKeyReusedError", failure, details);
      case QueryRefusedException refused -> error(422, "QueryRefusedError", failure, details);
      case QueryTimeoutException timeout -> error(504, "QueryTimeoutError", failure, details);
      case NotVersionableException unfit -> error(422, "NotVersionableError", failure, details);
      case NoPrimaryKeyException noKey -> error(422, "NoPrimaryKeyError", failure, details);
      case PrivilegeException privilege -> error(422, "PrivilegeError", failure, details);
      case TableNotFoundException notFound -> error(404, "TableNotFoundError", failure, details);
      case TableChangedException changed -> error(409, "SchemaChangedError", failure, details);
      case CaptureOffException off -> error(409, "CaptureOffError", failure, details);
      case TableOwnedException owned -> error(409, "TableOwnedError", failure, details);
      case HistoryPrunedException pruned -> error(410, "HistoryPrunedError", failure, details);
      case PendingChangesException pending -> {
        details.put("tables", pending.tables());
        yield error(409, "UncommittedChangesError", failure, details);
      }
      case CheckFailedException check -> {
        details.put("check", check.check());
        yield error(422, "CheckFailedError", failure, details);
      }
      case ConstraintViolationsException violations -> {
        details.put("violations", violations(violations));
        yield error(409, "ConstraintViolationError", failure, details);
      }
      case MergeOvertakenException overtaken ->
          error(503, "StorageBusyError", failure, details).retryAfter(SOON);
      case BusyException busy -> error(503, "StorageBusyError", failure, details).retryAfter(SOON);
      case StorageUnavailableException away ->
          error(503, "ConnectionFailedError", failure, details).retryAfter(SOON);
      case FormerOwnerException former ->
          error(503, "OperationInDoubtError", failure, details).retryAfter(SOON);
      case OutcomeUnknownException unknown ->
          error(503, "OperationInDoubtError", failure, details).retryAfter(SOON);
      default -> error(500, "StorageError", failure, details);
    };
  }

  private static ApiError error(
      int status, String error, StorageException failure, Map<String, Object> details) {
    return ApiError.of(status, error, failure.getMessage(), details);
  }

  private static Object violations(ConstraintViolationsException failure) {
    return failure.violations().stream()
        .limit(SHOWN_VIOLATIONS)
        .map(violation ->
            Map.of(
                "key",
                violation.key().values(),
                "constraint",
                violation.constraint(),
                "message",
                violation.message()))
        .toList();
  }
}
