package dev.epoch.model.value;

/** Brings all texts of a value to one. */
@FunctionalInterface
public interface CanonicalForm {
  CanonicalForm AS_IS = text -> text;

  /**
   * The one text of this value. A text that is no value of the kind stays as it is: rows hold what
   * their database gave, and have a hash whatever that is.
   *
   * @param text not null
   */
  String canonical(String text);

  /** The form, with texts that it refuses left as they are. */
  static CanonicalForm lenient(CanonicalForm form) {
    return text -> {
      try {
        return form.canonical(text);
      } catch (IllegalArgumentException e) {
        return text;
      }
    };
  }
}
