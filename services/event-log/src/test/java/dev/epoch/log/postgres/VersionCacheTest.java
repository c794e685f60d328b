package dev.epoch.log.postgres;

import static dev.epoch.log.testing.TestRecords.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.epoch.log.AppendBatch;
import dev.epoch.log.AppendRequest;
import dev.epoch.log.StoredRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionCacheTest {
  private final VersionCache known = new VersionCache();

  private static AppendRequest request(String stream, long version) {
    return AppendRequest.of(stream, version, List.of(event(version)));
  }

  @Test
  void predictsWhatItsOwnAppendsTell() {
    // given
    known.asked(10, 0, Map.of("a", 3L), Map.of());

    // when
    AppendBatch batch = known.predict(List.of(request("a", 3), request("a", 4))).orElseThrow();
    known.stored(batch);

    // then
    assertThat(batch.appended()).extracting(StoredRecord::position).containsExactly(11L, 12L);
    assertThat(known.predict(List.of(request("a", 5)))).map(AppendBatch::head).contains(13L);
  }

  @Test
  void predictsNoRefusalAndNoUnknownStream() {
    // given
    known.asked(10, 0, Map.of("a", 3L), Map.of());

    // then
    assertThat(known.predict(List.of(request("a", 2)))).isEmpty();
    assertThat(known.predict(List.of(request("a", 3), request("b", 0)))).isEmpty();
  }

  @Test
  void forgetsEverythingWhenTheHeadHasMoved() {
    // given
    known.asked(10, 0, Map.of("a", 3L), Map.of());

    // when
    known.asked(11, 0, Map.of("b", 1L), Map.of());

    // then
    assertThat(known.predict(List.of(request("a", 3)))).isEmpty();
    assertThat(known.predict(List.of(request("b", 1)))).isPresent();
  }

  @Test
  void keepsTheStreamsUsedLast() {
    // given
    known.asked(1, 0, Map.of("first", 1L), Map.of());
    for (int i = 0; i < VersionCache.MAX_STREAMS; i++) {
      known.asked(1, 0, Map.of("stream-" + i, 1L), Map.of());
    }

    // then
    assertThat(known.predict(List.of(request("first", 1)))).isEqualTo(Optional.empty());
    assertThat(known.predict(List.of(request("stream-0", 1)))).isPresent();
  }
}
