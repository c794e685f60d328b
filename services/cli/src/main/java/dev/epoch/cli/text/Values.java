package dev.epoch.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.epoch.client.transport.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON values as people read them. */
public final class Values {

  private Values() {}

  /** A value without quotes; {@code NULL} for none, JSON for arrays and objects. */
  public static String shown(JsonNode value) {
    return value.isNull() || value.isMissingNode() ? "NULL" : plain(value);
  }

  /** A value without quotes; empty for none, JSON for arrays and objects. */
  public static String plain(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "";
    }
    return value.isContainerNode() ? Json.compact(value) : value.asText();
  }

  /** A primary key as it is typed: {@code 42}, or {@code 1,2} for a composite one. */
  public static String key(JsonNode key) {
    if (!key.isContainerNode()) {
      return plain(key);
    }
    List<String> parts = new ArrayList<>();
    key.forEach(part -> parts.add(plain(part)));
    return String.join(",", parts);
  }

  /** A primary key with its columns: {@code id=42}. */
  public static String namedKey(JsonNode key) {
    return key.isObject() ? fields(key) : key(key);
  }

  /** Columns and their values: {@code name=Dana, status=active}. */
  public static String fields(JsonNode row) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : row.properties()) {
      parts.add(field.getKey() + "=" + shown(field.getValue()));
    }
    return String.join(", ", parts);
  }
}
