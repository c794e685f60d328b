package dev.epoch.model.schema.migration;

/** Parts of a migration, in the order that statements have where nothing else decides. */
public enum Step {
  EXTENSIONS("Install extensions"),
  TYPES("Create new types first"),
  LABELS("Add values to enum types"),
  DETACH("Detach what is in the way"),
  DROP_VIEWS("Drop views"),
  DROP_TRIGGERS("Drop triggers and policies"),
  DROP_NEW_INDEXES("Drop indexes that were added"),
  DROP_FOREIGN_KEYS("Drop foreign keys that will be modified or removed"),
  DROP_CONSTRAINTS("Drop constraints that will be modified or removed"),
  DROP_INDEXES("Drop indexes that will be modified or removed"),
  DROP_ROUTINES("Drop functions that will be made again"),
  DROP_TABLES("Drop tables"),
  SEQUENCES("Create and change sequences"),
  ROUTINES("Create functions"),
  TABLES("Create tables"),
  COLUMNS("Change columns"),
  SETTINGS("Change settings of tables"),
  PRIMARY_KEYS("Add primary keys"),
  CONSTRAINTS("Add new constraints"),
  FOREIGN_KEYS("Add foreign keys"),
  INDEXES("Create indexes"),
  OWNERS("Say which columns own sequences"),
  VIEWS("Create views"),
  TRIGGERS("Create triggers and policies"),
  DROP_REST("Drop what nothing uses any more"),
  COMMENTS("Set comments"),
  PRIVILEGES("Grant and revoke");

  private final String title;

  Step(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }
}
