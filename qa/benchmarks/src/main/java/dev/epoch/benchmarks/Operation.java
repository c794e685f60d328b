package dev.epoch.benchmarks;

/** Something whose duration is measured. */
@FunctionalInterface
public interface Operation {

  /** The part that counts. */
  void run() throws Exception;

  /** Gets things ready; does not count. */
  default void prepare() throws Exception {}

  /** With a preparation before each run. */
  static Operation prepared(Operation preparation, Operation measured) {
    return new Operation() {
      @Override
      public void prepare() throws Exception {
        preparation.run();
      }

      @Override
      public void run() throws Exception {
        measured.run();
      }
    };
  }
}
