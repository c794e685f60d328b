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
 * @param rules of a domain that a branch has made: what it is beside its base, as {@code CREATE
 *     DOMAIN} takes it ({@code NOT NULL}, {@code CONSTRAINT c CHECK (VALUE > 0)}); empty for
 *     domains that all branches find
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DataType(
    Kind kind,
    String name,
    DataType element,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Field> fields,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> labels,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> rules) {

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
    rules = rules == null ? List.of() : List.copyOf(rules);
  }

  /** A type that is no domain, or a domain that all branches find. */
  public DataType(
      Kind kind, String name, DataType element, List<Field> fields, List<String> labels) {
    this(kind, name, element, fields, labels, List.of());
  }

  /** The same under another name, and made of another element. */
  public DataType renamed(String newName, DataType newElement) {
    return new DataType(kind, newName, newElement, fields, labels, rules);
  }

  public static DataType of(Kind kind, String name) {
    return new DataType(kind, name, null, List.of(), List.of());
  }

  /** The type that decides meaning: a domain's base, through any depth. */
  public DataType base() {
    return kind == Kind.DOMAIN ? element.base() : this;
  }

  /** Whether both are the same domain, and one of them has no rules since all branches find it. */
  public boolean isToldLess(DataType other) {
    return kind == Kind.DOMAIN
        && rules.isEmpty() != other.rules.isEmpty()
        && withoutRules().equals(other.withoutRules());
  }

  private DataType withoutRules() {
    return new DataType(kind, name, element, fields, labels);
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
