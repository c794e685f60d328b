package dev.epoch.storage.objects.s3;

import dev.epoch.storage.objects.ObjectStoreException;
import dev.epoch.storage.objects.ObjectStoreException.Kind;
import dev.epoch.storage.objects.retry.Fault;
import dev.epoch.storage.objects.retry.Fault.Outcome;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.sts.model.StsException;

/** What failures of the AWS SDK mean. */
final class S3Faults {
  private static final Set<String> CREDENTIALS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidToken",
          "InvalidClientTokenId",
          "UnrecognizedClientException",
          "IncompleteSignature",
          "InvalidSecurity",
          "NotSignedUp");
  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired");
  private static final Set<String> REGION =
      Set.of(
          "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException",
          "TemporaryRedirect");
  private static final Set<String> LATER =
      Set.of(
          "SlowDown",
          "ServiceUnavailable",
          "ServiceUnavailableException",
          "Throttling",
          "ThrottlingException",
          "TooManyRequestsException",
          "RequestLimitExceeded",
          "BandwidthLimitExceeded",
          "ConditionalRequestConflict",
          "OperationAborted");

  /** How the SDK says that it got no connection in time. */
  private static final String NO_CONNECTION = "Acquire operation took longer";

  private final String bucket;

  S3Faults(String bucket) {
    this.bucket = bucket;
  }

  /** The failure of a request for a key, or for the bucket if it is empty. */
  Fault of(String key, Exception failure) {
    return switch (failure) {
      case ObjectStoreException known -> new Fault(Outcome.REFUSED, known);
      case S3Exception answered -> answered(key, answered);
      case StsException refused ->
          fault(
              Outcome.REFUSED,
              Kind.DENIED,
              "The role may not be assumed (%s); let its trust policy allow it, with the external"
                      .formatted(code(refused.awsErrorDetails()))
                  + " id where it asks for one",
              refused);
      case SdkClientException unsent when isAbout(unsent, "credentials") ->
          fault(
              Outcome.REFUSED,
              Kind.DENIED,
              "There are no credentials for the bucket %s: %s; give access_key and secret_key, or"
                      .formatted(bucket, unsent.getMessage())
                  + " another way to them",
              unsent);
      default -> lost(failure);
    };
  }

  private Fault lost(Exception failure) {
    boolean neverSent =
        hasCause(failure, List.of(ConnectException.class, UnknownHostException.class))
            || root(failure).startsWith(NO_CONNECTION);
    return fault(
        neverSent ? Outcome.NOT_DONE : Outcome.UNKNOWN,
        Kind.UNAVAILABLE,
        "The store of the bucket %s did not answer (%s); see whether its endpoint can be reached"
            .formatted(bucket, root(failure)),
        failure);
  }

  private Fault answered(String key, S3Exception answer) {
    int status = answer.statusCode();
    String code = code(answer.awsErrorDetails());
    if (LATER.contains(code) || status == 503 || status == 429) {
      return fault(
          Outcome.NOT_DONE,
          Kind.UNAVAILABLE,
          "The store of the bucket %s asks to come again (%s); it is overloaded, or limits requests"
              .formatted(bucket, said(code, status)),
          answer);
    }
    if (status == 412) {
      return fault(
          Outcome.CONDITION,
          Kind.NO_OBJECT,
          "The object %s was replaced meanwhile; read it again".formatted(key),
          answer);
    }
    if (code.equals("NoSuchBucket")) {
      return fault(
          Outcome.REFUSED,
          Kind.NO_STORE,
          "There is no bucket %s; make it, or correct the name or the endpoint".formatted(bucket),
          answer);
    }
    if (REGION.contains(code) || status == 301 || status == 307) {
      return region(answer);
    }
    if (code.equals("NotImplemented") || status == 501) {
      return fault(
          Outcome.REFUSED,
          Kind.INVALID,
          "The store of the bucket %s cannot do what Epoch needs (%s); it must know conditional"
                  .formatted(bucket, answer.getMessage())
              + " writes (If-None-Match, If-Match)",
          answer);
    }
    if (EXPIRED.contains(code)) {
      return fault(
          Outcome.REFUSED,
          Kind.DENIED,
          "The credentials for the bucket %s have expired (%s); give new ones"
              .formatted(bucket, code),
          answer);
    }
    if (code.equals("RequestTimeTooSkewed")) {
      return fault(
          Outcome.NOT_DONE,
          Kind.DENIED,
          "The store refuses requests because this machine's clock is wrong; set it",
          answer);
    }
    if (CREDENTIALS.contains(code) || status == 401) {
      return fault(
          Outcome.REFUSED,
          Kind.DENIED,
          "The credentials for the bucket %s are wrong (%s); correct access key and secret key"
              .formatted(bucket, said(code, status)),
          answer);
    }
    if (status == 403) {
      return fault(
          Outcome.REFUSED,
          Kind.DENIED,
          "The store refuses access to %s (%s); the credentials are wrong, or need the rights"
                  .formatted(place(key), said(code, status))
              + " s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket",
          answer);
    }
    if (status == 404) {
      return fault(Outcome.REFUSED, Kind.NO_OBJECT, "There is no object " + key, answer);
    }
    if (status >= 500 || code.equals("RequestTimeout")) {
      return fault(
          Outcome.UNKNOWN,
          Kind.UNAVAILABLE,
          "The store of the bucket %s failed (%s)".formatted(bucket, said(code, status)),
          answer);
    }
    return fault(
        Outcome.REFUSED,
        Kind.INVALID,
        "The store refused a request for %s (%s)".formatted(place(key), answer.getMessage()),
        answer);
  }

  private Fault region(S3Exception answer) {
    Optional<String> region =
        Optional.ofNullable(answer.awsErrorDetails())
            .flatMap(details -> Optional.ofNullable(details.sdkHttpResponse()))
            .flatMap(response -> response.firstMatchingHeader("x-amz-bucket-region"));
    return fault(
        Outcome.REFUSED,
        Kind.NO_STORE,
        "The bucket %s is in %s; set the storage's region to it"
            .formatted(bucket, region.map(name -> "the region " + name).orElse("another region")),
        answer);
  }

  private String place(String key) {
    return key.isEmpty() ? "the bucket " + bucket : "%s in the bucket %s".formatted(key, bucket);
  }

  private static String code(AwsErrorDetails details) {
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }

  private static String said(String code, int status) {
    return code.isEmpty() ? String.valueOf(status) : code;
  }

  private static Fault fault(Outcome outcome, Kind kind, String message, Exception cause) {
    return new Fault(outcome, new ObjectStoreException(kind, message, cause));
  }

  private static boolean isAbout(SdkClientException failure, String word) {
    return failure.getMessage() != null && failure.getMessage().contains(word);
  }

  private static boolean hasCause(Throwable failure, List<Class<? extends Exception>> kinds) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      Throwable one = each;
      if (kinds.stream().anyMatch(kind -> kind.isInstance(one))) {
        return true;
      }
    }
    return false;
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
