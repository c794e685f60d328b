package dev.epoch.projections;

/** The log delivered other records than those that come next. Nothing was applied. */
final class OutOfOrderException extends RuntimeException {
  OutOfOrderException(String message) {
    super(message);
  }
}
