package dev.epoch.api.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.exc.StreamReadException;

/** A text of a document is no Unicode. */
public final class IllFormedTextException extends StreamReadException {
  private static final long serialVersionUID = 1L;

  IllFormedTextException(JsonParser parser) {
    super(parser, "A text holds half of a surrogate pair, which is no character of Unicode");
  }

  @Override
  public StreamReadException withParser(JsonParser parser) {
    _processor = parser;
    return this;
  }

  @Override
  public StreamReadException withRequestPayload(
      com.fasterxml.jackson.core.util.RequestPayload payload) {
    _requestPayload = payload;
    return this;
  }
}
