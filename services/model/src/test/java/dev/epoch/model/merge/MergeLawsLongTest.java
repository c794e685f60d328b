package dev.epoch.model.merge;

import org.junit.jupiter.api.Tag;

/** The laws of merging, on many more cases. */
@Tag("long")
class MergeLawsLongTest extends MergeLawsTest {
  @Override
  int cases() {
    return 500_000;
  }
}
