package dev.epoch.storage.objects.s3;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The store's clock. */
final class S3Dates {
  private S3Dates() {}

  /** When a store answered, by its clock; by that of this machine if it does not say. */
  static Instant of(SdkHttpResponse response) {
    try {
      return response
          .firstMatchingHeader("Date")
          .map(date -> Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)))
          .orElseGet(Instant::now);
    } catch (DateTimeException notADate) {
      return Instant.now();
    }
  }
}
