package dev.epoch.storage.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** A test of what a role without superuser may not do; left out by {@code bin/test --superuser}. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfSystemProperty(
    named = "epoch.test.superuser",
    matches = "true",
    disabledReason = "owners of the databases are superusers")
public @interface OwnerIsNoSuperuser {}
