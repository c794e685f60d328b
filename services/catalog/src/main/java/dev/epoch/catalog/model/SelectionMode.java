package dev.epoch.catalog.model;

/** How instances may say what a relationship leads to. */
public enum SelectionMode {
  EXPLICIT_OR_FILTER("ExplicitOrFilter"),
  EXPLICIT("ExplicitOnly"),
  FILTER("FilterOnly"),
  POOL_BASED("PoolBased");

  private final String spelling;

  SelectionMode(String spelling) {
    this.spelling = spelling;
  }

  public String spelling() {
    return spelling;
  }

  /** Whether instances may say it this way. */
  public boolean allows(Selection selection) {
    return switch (this) {
      case EXPLICIT_OR_FILTER -> true;
      case EXPLICIT -> selection instanceof Selection.Ids || selection instanceof Selection.None;
      case FILTER -> !(selection instanceof Selection.Ids);
      case POOL_BASED ->
          selection instanceof Selection.Pooled
              || selection instanceof Selection.All
              || selection instanceof Selection.None;
    };
  }

  /** {@link #EXPLICIT_OR_FILTER} for null. */
  static SelectionMode parse(String text, String where) {
    if (text == null) {
      return EXPLICIT_OR_FILTER;
    }
    return switch (JsonFields.tag(text)) {
      case "explicit_or_filter" -> EXPLICIT_OR_FILTER;
      case "explicit", "explicit_only", "manual" -> EXPLICIT;
      case "filter", "filter_only", "filter_based" -> FILTER;
      case "pool", "pool_based", "pool_only" -> POOL_BASED;
      default ->
          throw new InvalidCatalogException(
              where
                  + ": there is no selection '"
                  + text
                  + "'; there are ExplicitOrFilter, ExplicitOnly, FilterOnly and PoolBased");
    };
  }
}
