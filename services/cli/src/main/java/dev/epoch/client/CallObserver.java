package dev.epoch.client;

import java.time.Duration;

/** Sees every exchange with the server, for verbose output and measurement. */
@FunctionalInterface
public interface CallObserver {

  /** Sees nothing. */
  CallObserver NONE = (method, address, outcome, took) -> {};

  /**
   * One try has ended.
   *
   * @param outcome the HTTP status, or the reason why there is none
   * @param took time from the start of the try
   */
  void exchanged(String method, String address, String outcome, Duration took);
}
