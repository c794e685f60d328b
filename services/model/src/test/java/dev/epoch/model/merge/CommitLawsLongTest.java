package dev.epoch.model.merge;

import org.junit.jupiter.api.Tag;

/** The laws of histories, on many more of them. */
@Tag("long")
class CommitLawsLongTest extends CommitLawsTest {
  @Override
  int cases() {
    return 200_000;
  }
}
