package dev.epoch.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.events.Rejection;
import dev.epoch.gateway.stream.InDoubtException;
import dev.epoch.gateway.stream.RefusedException;
import dev.epoch.log.AppendOutcomeUnknownException;
import dev.epoch.log.LogUnavailableException;
import dev.epoch.model.row.RowKey;
import dev.epoch.storage.error.BadValueException;
import dev.epoch.storage.error.BusyException;
import dev.epoch.storage.error.CheckFailedException;
import dev.epoch.storage.error.ConstraintViolationsException;
import dev.epoch.storage.error.OutcomeUnknownException;
import dev.epoch.storage.error.PendingChangesException;
import dev.epoch.storage.error.StorageException;
import dev.epoch.storage.error.StorageUnavailableException;
import dev.epoch.storage.error.WriteRefusedException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorTableTest {

  @ParameterizedTest
  @EnumSource
  void everyRefusalHasAStatusAndAName(Rejection.Code code) {
    ErrorTable.Entry entry = ErrorTable.of(code);

    assertThat(entry.status()).isIn(403, 404, 409, 422);
    assertThat(entry.error()).matches("[A-Z][A-Za-z]+Error");
  }

  @ParameterizedTest
  @CsvSource({
    "BRANCH_NOT_FOUND, 404, BranchNotFoundError",
    "COMMIT_NOT_FOUND, 404, CommitNotFoundError",
    "REPOSITORY_NOT_FOUND, 404, RepositoryNotInitializedError",
    "BRANCH_ALREADY_EXISTS, 409, BranchAlreadyExistsError",
    "TAG_NOT_FOUND, 404, TagNotFoundError",
    "TAG_ALREADY_EXISTS, 409, TagAlreadyExistsError",
    "MERGE_CONFLICT, 409, MergeConflictError",
    "UNRESOLVED_CONFLICTS, 409, MergeConflictError",
    "VALIDATION, 422, ValidationError",
    "NOTHING_TO_COMMIT, 422, NothingToCommitError",
    "UNCOMMITTED_CHANGES, 409, UncommittedChangesError",
    "CHECK_FAILED, 422, CheckFailedError",
    "HOOK_VETO, 403, HookVetoError",
    "SCHEMA_ONLY_BRANCH, 409, SchemaOnlyBranchError",
    "OPERATION_FAILED, 409, OperationFailedError"
  })
  void namesArePartOfTheContract(Rejection.Code code, int status, String error) {
    assertThat(ErrorTable.of(code)).isEqualTo(new ErrorTable.Entry(status, error));
  }

  @Test
  void whatWasUndoneMayBeSentUnderAnotherKey() {
    ApiError error =
        ErrorTable.of(
                new RefusedException(
                    Rejection.Code.OPERATION_FAILED,
                    "The server stopped",
                    Map.of("operation", "x", "cause", "OPERATION_FAILED")))
            .orElseThrow();

    assertThat(error.status()).isEqualTo(409);
    assertThat(error.retryAfter()).isZero();
    assertThat(error.details())
        .containsEntry("operation", "x")
        .extractingByKey("remedy")
        .asString()
        .contains("another Idempotency-Key");
  }

  @Test
  void aRefusalKeepsItsMessageAndFacts() {
    ApiError error =
        ErrorTable.of(
                new RefusedException(
                    Rejection.Code.BRANCH_NOT_FOUND,
                    "Branch 'x' not found",
                    Map.of("branch", "x", "remedy", "epoch branch list")))
            .orElseThrow();

    assertThat(error)
        .isEqualTo(
            ApiError.of(
                404,
                "BranchNotFoundError",
                "Branch 'x' not found",
                Map.of("branch", "x", "remedy", "epoch branch list")));
  }

  @Test
  void everyFaultOfAStorageHasItsOwnEntry() {
    List<String> classes = storageExceptions();

    assertThat(classes).contains("BusyException", "WriteRefusedException").hasSizeGreaterThan(10);
    assertThat(classes)
        .allSatisfy(name ->
            assertThat(ErrorTable.of(fault(name)).orElseThrow().error())
                .isNotEqualTo("StorageError"));
  }

  @Test
  void faultsThatPassSayWhenToComeBack() {
    assertThat(
            List.<RuntimeException>of(
                new BusyException("locked", null),
                new StorageUnavailableException("away", null),
                new OutcomeUnknownException("lost", null),
                new LogUnavailableException("away", null),
                new AppendOutcomeUnknownException("lost", null),
                new NotReadyException("starting"),
                new InDoubtException(UUID.randomUUID(), new RuntimeException("away"))))
        .allSatisfy(fault -> {
          ApiError error = ErrorTable.of(fault).orElseThrow();
          assertThat(error.status()).isEqualTo(503);
          assertThat(error.retryAfter()).isPositive();
        });
  }

  @Test
  void anOperationInDoubtNamesItself() {
    UUID operation = UUID.randomUUID();

    ApiError error =
        ErrorTable.of(new InDoubtException(operation, new RuntimeException("away"))).orElseThrow();

    assertThat(error.error()).isEqualTo("OperationInDoubtError");
    assertThat(error.details()).containsEntry("operation", operation.toString());
  }

  @Test
  void aRefusedWriteNamesTheRecord() {
    ApiError error =
        ErrorTable.of(new WriteRefusedException(3, "no column 'x'", "columns are a, b"))
            .orElseThrow();

    assertThat(error.status()).isEqualTo(422);
    assertThat(error.details())
        .containsEntry("index", 3)
        .containsEntry("remedy", "columns are a, b");
  }

  @Test
  void brokenConstraintsAndPendingTablesAreListed() {
    ConstraintViolationsException violations =
        new ConstraintViolationsException(
            List.of(
                new ConstraintViolationsException.Violation(
                    "t1", RowKey.of("7"), "users_email_key", "email is taken")));

    assertThat(ErrorTable.of(violations).orElseThrow().details()).containsKey("violations");
    assertThat(ErrorTable.of(new PendingChangesException(List.of("users"))).orElseThrow().details())
        .containsEntry("tables", List.of("users"));
  }

  @Test
  void whatNobodyForesawHasNoEntry() {
    assertThat(ErrorTable.of(new IllegalStateException("a defect"))).isEmpty();
    assertThat(ErrorTable.of(new BadValueException("not a number", null)))
        .map(ApiError::status)
        .contains(422);
  }

  @Test
  void aFaultThatNobodyForesawShowsAnIdAndNothingOfItself() {
    ApiError error = FailureMapping.error(new IllegalStateException("secret=hunter2"));

    assertThat(error.status()).isEqualTo(500);
    assertThat(error.message())
        .doesNotContain("hunter2")
        .contains((String) error.details().get("id"));
  }

  private static StorageException fault(String name) throws ReflectiveOperationException {
    return switch (name) {
      case "WriteRefusedException" -> new WriteRefusedException(0, "refused", null);
      case "CheckFailedException" -> CheckFailedException.notRun("c", "no", null);
      case "PendingChangesException" -> new PendingChangesException(List.of("users"));
      case "ConstraintViolationsException" ->
          new ConstraintViolationsException(
              List.of(
                  new ConstraintViolationsException.Violation(
                      "t1", RowKey.of("7"), "users_email_key", "email is taken")));
      default ->
          (StorageException)
              Class.forName(StorageException.class.getPackageName() + "." + name)
                  .getConstructor(String.class, String.class)
                  .newInstance("message", "remedy");
    };
  }

  /** Names of the classes that the SPI of storages throws, wherever it was loaded from. */
  private static List<String> storageExceptions() {
    try {
      URI place =
          StorageException.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      if (Files.isDirectory(Path.of(place))) {
        return names(Path.of(place).resolve("dev/epoch/storage/error"));
      }
      try (FileSystem jar = FileSystems.newFileSystem(Path.of(place))) {
        return names(jar.getPath("dev/epoch/storage/error"));
      }
    } catch (IOException | URISyntaxException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith("Exception.class"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .filter(name -> !name.equals("StorageException"))
          .sorted()
          .toList();
    }
  }
}
