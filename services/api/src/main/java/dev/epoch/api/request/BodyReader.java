package dev.epoch.api.request;

/** Whoever waits for the body of a request. */
public interface BodyReader {
  /** Where a request that is routed keeps it; nothing for those that are read without waiting. */
  String KEY = BodyReader.class.getName();

  /** Nothing more of the body is waited for: reading fails, and so does the request. */
  void giveUp();
}
