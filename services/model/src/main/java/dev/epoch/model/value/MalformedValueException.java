package dev.epoch.model.value;

/** A text is no value of its kind, or one that no backend holds. */
public final class MalformedValueException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final boolean form;

  private MalformedValueException(String message, boolean form) {
    super(message);
    this.form = form;
  }

  /** The text is spelt in no way that the kind has. */
  static MalformedValueException form(String message) {
    return new MalformedValueException(message, true);
  }

  /** The text is of the right form; its value is beyond what the kind holds. */
  static MalformedValueException range(String message) {
    return new MalformedValueException(message, false);
  }

  /** Whether the form is wrong; else the value is. */
  public boolean isForm() {
    return form;
  }
}
