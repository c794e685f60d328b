package dev.epoch.storage.postgres.copy;

import dev.epoch.events.table.DataType;

/** Types of PostgreSQL for what types of other databases mean. */
final class PostgresTypes {
  private PostgresTypes() {}

  static String of(DataType type) {
    return switch (type.base().kind()) {
      case BOOLEAN -> "boolean";
      case INTEGER -> "bigint";
      case DECIMAL -> "numeric";
      case FLOAT -> "double precision";
      case BYTES -> "bytea";
      case DATE -> "date";
      case TIME -> "time";
      case TIME_WITH_ZONE -> "timetz";
      case TIMESTAMP -> "timestamp";
      case TIMESTAMP_WITH_ZONE -> "timestamptz";
      case INTERVAL -> "interval";
      case UUID -> "uuid";
      case JSON -> "json";
      case JSON_BINARY -> "jsonb";
      case TEXT, ARRAY, ENUM, COMPOSITE, DOMAIN, RANGE, NETWORK, BITS, TEXT_SEARCH, OTHER -> "text";
    };
  }
}
