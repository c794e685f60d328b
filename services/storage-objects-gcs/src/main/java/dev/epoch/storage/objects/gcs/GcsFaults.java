package dev.epoch.storage.objects.gcs;

import com.google.cloud.storage.StorageException;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.retry.Fault;
import dev.epoch.storage.objects.retry.Fault.Outcome;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;

/** What failures of Google's library mean. */
final class GcsFaults {
  private static final Set<String> LIMITS =
      Set.of("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded");

  private final String bucket;

  GcsFaults(String bucket) {
    this.bucket = bucket;
  }

  /** The failure of a request for a key, or for the bucket if it is empty. */
  Fault of(String key, Exception failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ObjectStoreException known) {
        return new Fault(Outcome.REFUSED, known);
      }
      if (each instanceof StorageException answer && answer.getCode() > 0) {
        return answered(key, answer);
      }
      if (each instanceof ConnectException || each instanceof UnknownHostException) {
        return away(Outcome.NOT_DONE, each, failure);
      }
      if (isAboutToken(each)) {
        return fault(
            Outcome.REFUSED,
            Kind.DENIED,
            "No access token was given for the bucket %s (%s); see the key of the service account, or"
                    .formatted(bucket, each.getMessage())
                + " the credentials of this machine",
            failure);
      }
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return away(Outcome.UNKNOWN, root, failure);
  }

  private static boolean isAboutToken(Throwable failure) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("access token") || message.contains("invalid_grant");
  }

  private Fault away(Outcome outcome, Throwable root, Exception failure) {
    return fault(
        outcome,
        Kind.UNAVAILABLE,
        "The store of the bucket %s did not answer (%s); see whether it can be reached"
            .formatted(
                bucket,
                root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage()),
        failure);
  }

  private Fault answered(String key, StorageException answer) {
    int status = answer.getCode();
    String reason = answer.getReason() == null ? "" : answer.getReason();
    String said = reason.isEmpty() ? String.valueOf(status) : status + " " + reason;
    if (status == 429 || (status == 403 && LIMITS.contains(reason))) {
      return fault(
          Outcome.NOT_DONE,
          Kind.UNAVAILABLE,
          "The store of the bucket %s asks to come again (%s); it limits requests"
              .formatted(bucket, said),
          answer);
    }
    if (status == 412) {
      return fault(
          Outcome.CONDITION,
          Kind.NO_OBJECT,
          "The object %s was replaced meanwhile; read it again".formatted(key),
          answer);
    }
    if (status == 401) {
      return fault(
          Outcome.REFUSED,
          Kind.DENIED,
          "The credentials for the bucket %s are wrong or have expired (%s); give new ones"
              .formatted(bucket, said),
          answer);
    }
    if (status == 403) {
      return fault(
          Outcome.REFUSED,
          Kind.DENIED,
          "The store refuses access to the bucket %s (%s); the credentials need the role"
                  .formatted(bucket, said)
              + " roles/storage.objectAdmin",
          answer);
    }
    if (status == 404) {
      boolean ofBucket =
          key.isEmpty()
              || String.valueOf(answer.getMessage()).toLowerCase(Locale.ROOT).contains("bucket");
      return ofBucket
          ? noBucket(answer)
          : fault(Outcome.REFUSED, Kind.NO_OBJECT, "There is no object " + key, answer);
    }
    if (status >= 500 || status == 408) {
      return fault(
          Outcome.UNKNOWN,
          Kind.UNAVAILABLE,
          "The store of the bucket %s failed, or asks to come again (%s)".formatted(bucket, said),
          answer);
    }
    return fault(
        Outcome.REFUSED,
        Kind.INVALID,
        "The store refused a request for %s in the bucket %s (%s)"
            .formatted(key.isEmpty() ? "the list" : key, bucket, answer.getMessage()),
        answer);
  }

  private Fault noBucket(Exception cause) {
    return fault(
        Outcome.REFUSED,
        Kind.NO_STORE,
        "There is no bucket %s; make it, or correct the name".formatted(bucket),
        cause);
  }

  private static Fault fault(Outcome outcome, Kind kind, String message, Exception cause) {
    return new Fault(outcome, new ObjectStoreException(kind, message, cause));
  }
}
