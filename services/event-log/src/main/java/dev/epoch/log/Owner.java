package dev.epoch.log;

import java.util.Objects;

/**
 * Who may append to a stream now.
 *
 * @param fence number of the ownership: higher than that of every former owner of the stream. An
 *     append says it, and fails with {@link NotOwnerException} as soon as there is a higher one
 */
public record Owner(String stream, long fence, Member member) {
  public Owner {
    Objects.requireNonNull(stream, "stream");
    Objects.requireNonNull(member, "member");
  }
}
