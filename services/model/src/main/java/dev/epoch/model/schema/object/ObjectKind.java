package dev.epoch.model.schema.object;

import java.util.Locale;

/** Kinds of objects that stand for themselves, in an order in which most can be created. */
public enum ObjectKind {
  EXTENSION,
  ENUM,
  DOMAIN,
  COMPOSITE,
  RANGE,
  SEQUENCE,
  FUNCTION,
  TABLE,
  VIEW,
  MATERIALIZED_VIEW;

  /** As messages and SQL name it: {@code materialized view}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
