package dev.epoch.storage.objects.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.identity.CredentialUnavailableException;
import com.azure.storage.blob.models.BlobErrorCode;
import com.azure.storage.blob.models.BlobStorageException;
import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.retry.Fault;
import dev.epoch.storage.objects.retry.Fault.Outcome;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Set;

/** What failures of the Azure SDK mean. */
final class AzureFaults {
  private static final Set<BlobErrorCode> NO_CONTAINER =
      Set.of(
          BlobErrorCode.CONTAINER_NOT_FOUND,
          BlobErrorCode.CONTAINER_BEING_DELETED,
          BlobErrorCode.CONTAINER_DISABLED);
  private static final Set<BlobErrorCode> CONDITIONS =
      Set.of(
          BlobErrorCode.CONDITION_NOT_MET,
          BlobErrorCode.TARGET_CONDITION_NOT_MET,
          BlobErrorCode.BLOB_ALREADY_EXISTS,
          // another writer was first: its commit discards blocks that are not committed
          BlobErrorCode.INVALID_BLOCK_LIST);
  private static final List<Class<? extends Exception>> UNREACHED =
      List.of(ConnectException.class, UnknownHostException.class, UnresolvedAddressException.class);

  private final String container;

  AzureFaults(String container) {
    this.container = container;
  }

  /** The failure of a request for a key, or for the container if it is empty. */
  Fault of(String key, Exception failure) {
    return switch (failure) {
      case ObjectStoreException known -> new Fault(Outcome.REFUSED, known);
      case BlobStorageException answered -> answered(key, answered);
      case CredentialUnavailableException none -> denied("No identity was given", none);
      case ClientAuthenticationException refused -> denied("The identity was refused", refused);
      default -> lost(failure);
    };
  }

  private Fault denied(String what, Exception cause) {
    return fault(
        Outcome.REFUSED,
        Kind.DENIED,
        "%s (%s); see tenant_id, client_id and client_secret, or the managed identity of this machine"
            .formatted(what, firstLine(cause)),
        cause);
  }

  private Fault lost(Exception failure) {
    Throwable root = failure;
    boolean unreached = false;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      Throwable one = each;
      unreached |= UNREACHED.stream().anyMatch(kind -> kind.isInstance(one));
      root = each;
    }
    return fault(
        unreached ? Outcome.NOT_DONE : Outcome.UNKNOWN,
        Kind.UNAVAILABLE,
        "The store of the container %s did not answer (%s); see whether the account is right and can"
                .formatted(
                    container,
                    root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage())
            + " be reached",
        failure);
  }

  private Fault answered(String key, BlobStorageException answer) {
    int status = answer.getStatusCode();
    BlobErrorCode code = answer.getErrorCode();
    String said = code == null ? String.valueOf(status) : code.toString();
    if (BlobErrorCode.SERVER_BUSY.equals(code) || status == 503 || status == 429) {
      return fault(
          Outcome.NOT_DONE,
          Kind.UNAVAILABLE,
          "The store of the container %s asks to come again (%s); it is overloaded, or limits requests"
              .formatted(container, said),
          answer);
    }
    if (NO_CONTAINER.contains(code)) {
      return fault(
          Outcome.REFUSED,
          Kind.NO_STORE,
          "There is no container %s (%s); make it, or correct the account or the name"
              .formatted(container, said),
          answer);
    }
    if (CONDITIONS.contains(code) || (status == 412 && code == null)) {
      return fault(
          Outcome.CONDITION,
          Kind.NO_OBJECT,
          "The object %s was replaced meanwhile; read it again".formatted(key),
          answer);
    }
    if (status == 409 || status == 412) {
      return fault(
          Outcome.REFUSED,
          Kind.DENIED,
          "The store does not let %s be written (%s); somebody else holds it".formatted(key, said),
          answer);
    }
    if (status == 401 || status == 403) {
      return fault(Outcome.REFUSED, Kind.DENIED, refusal(key, said, answer), answer);
    }
    if (status == 404) {
      return fault(Outcome.REFUSED, Kind.NO_OBJECT, "There is no object " + key, answer);
    }
    if (status >= 500 || status == 408) {
      return fault(
          Outcome.UNKNOWN,
          Kind.UNAVAILABLE,
          "The store of the container %s failed (%s)".formatted(container, said),
          answer);
    }
    return fault(
        Outcome.REFUSED,
        Kind.INVALID,
        "The store refused a request for %s (%s)".formatted(place(key), said),
        answer);
  }

  private String refusal(String key, String said, BlobStorageException answer) {
    String details = String.valueOf(answer.getServiceMessage());
    if (details.contains("not valid in the specified time frame") || details.contains("expired")) {
      return "The credentials for the container %s have expired (%s); give new ones"
          .formatted(container, said);
    }
    return "The store refuses access to %s (%s); the credentials are wrong, or need the role Storage"
            .formatted(place(key), said)
        + " Blob Data Contributor, or a SAS with the rights racwdl";
  }

  private String place(String key) {
    return key.isEmpty()
        ? "the container " + container
        : "%s in the container %s".formatted(key, container);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static Fault fault(Outcome outcome, Kind kind, String message, Exception cause) {
    return new Fault(outcome, new ObjectStoreException(kind, message, cause));
  }
}
