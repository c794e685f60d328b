package dev.epoch.projections;

import jakarta.persistence.Embeddable;

/** Key of what has a name that is its own within its repository. */
@Embeddable
public record NameInRepository(String repository, String name) {}
