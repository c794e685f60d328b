package dev.epoch.api.json;

import com.fasterxml.jackson.core.JsonToken;

/** What a document costs in memory, told token by token while it is read. */
public interface JsonCosts {
  /** Documents whose size is known otherwise. */
  JsonCosts NONE = token -> {};

  /** May fail, which ends the reading. */
  void add(JsonToken token);

  /** A stream whose document has costs. */
  interface Source {
    JsonCosts costs();
  }
}
