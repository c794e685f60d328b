package dev.epoch.storage.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.storage.AbstractStorageAdapterTests;
import dev.epoch.storage.StorageAdapter;
import dev.epoch.storage.StorageBackend;
import dev.epoch.storage.StorageSuite;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An adapter that loses something does not pass the suite. */
class LossyAdapterTest {
  private static AbstractStorageAdapterTests suite(UnaryOperator<StorageAdapter> between) {
    return new AbstractStorageAdapterTests() {
      @Override
      protected StorageBackend open() {
        return new ReferenceBackend(between);
      }
    };
  }

  @ParameterizedTest
  @EnumSource
  void theSuiteNoticesEachLoss(Loss loss) {
    assertThat(StorageSuite.failures(suite(loss::in))).isNotEmpty();
  }

  /** It is the loss that fails, not the way the suite is run here. */
  @Test
  void withoutALossTheSuitePasses() {
    assertThat(StorageSuite.failures(suite(adapter -> new ForwardingAdapter(adapter) {})))
        .isEmpty();
  }
}
