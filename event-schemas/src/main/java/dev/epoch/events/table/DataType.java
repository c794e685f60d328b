package dev.epoch.events.table;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Objects;

/**
 * The type of a column: what it means everywhere, and what its database calls it.
 *
 * @param kind what it means
 * @param name as the database prints it, {@code character varying(255)}
 * @param element of an array, range or domain, else null
 * @param fields of a composite, in order, else empty
 * @param labels of an enum, in order, else empty
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DataType(
    Kind kind,
    String name,
    DataType element,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Field> fields,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> labels) {

  /** What a value means, whichever database holds it. */
  public enum Kind {
    BOOLEAN,
    INTEGER,
    DECIMAL,
    FLOAT,
    TEXT,
    BYTES,
    DATE,
    TIME,
    TIME_WITH_ZONE,
    TIMESTAMP,
    TIMESTAMP_WITH_ZONE,
    INTERVAL,
    UUID,
    JSON,
    JSON_BINARY,
    ARRAY,
    ENUM,
    COMPOSITE,
    DOMAIN,
    RANGE,
    NETWORK,
    BITS,
    TEXT_SEARCH,
    OTHER
  }

  /** A field of a composite type. */
  public record Field(String name, DataType type) {
    public Field {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
    }
  }

  public DataType {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
    fields = fields == null ? List.of() : List.copyOf(fields);
    labels = labels == null ? List.of() : List.copyOf(labels);
  }

  public static DataType of(Kind kind, String name) {
    return new DataType(kind, name, null, List.of(), List.of());
  }

  /** The type that decides meaning: a domain's base, through any depth. */
  public DataType base() {
    return kind == Kind.DOMAIN ? element.base() : this;
  }

  /** Whether values are JSON documents. */
  @JsonIgnore
  public boolean isJson() {
    Kind meaning = base().kind();
    return meaning == Kind.JSON || meaning == Kind.JSON_BINARY;
  }

  /** Whether values are numbers. */
  @JsonIgnore
  public boolean isNumber() {
    Kind meaning = base().kind();
    return meaning == Kind.INTEGER || meaning == Kind.DECIMAL || meaning == Kind.FLOAT;
  }
}
