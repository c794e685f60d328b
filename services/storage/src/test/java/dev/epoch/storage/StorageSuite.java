package dev.epoch.storage;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** Runs {@link AbstractStorageAdapterTests} inside a test, to see whether an adapter passes it. */
public final class StorageSuite {
  private StorageSuite() {}

  /** Names of the cases that fail, in no order; those that assume what is not so are left out. */
  public static List<String> failures(AbstractStorageAdapterTests suite) {
    List<String> failures = new ArrayList<>();
    for (Class<?> cases : AbstractStorageAdapterTests.class.getDeclaredClasses()) {
      if (cases.isAnnotationPresent(Nested.class)) {
        for (Method method : methods(cases, Test.class)) {
          if (!passes(suite, cases, method)) {
            failures.add(cases.getSimpleName() + "." + method.getName());
          }
        }
      }
    }
    return failures;
  }

  private static boolean passes(AbstractStorageAdapterTests suite, Class<?> cases, Method method) {
    try {
      Constructor<?> constructor = cases.getDeclaredConstructor(AbstractStorageAdapterTests.class);
      constructor.setAccessible(true);
      StorageAdapterCases test = (StorageAdapterCases) constructor.newInstance(suite);
      try {
        test.install();
        for (Method before : methods(cases, BeforeEach.class)) {
          if (before.getDeclaringClass() != StorageAdapterCases.class) {
            before.invoke(test);
          }
        }
        method.invoke(test);
        return true;
      } finally {
        test.close();
      }
    } catch (InvocationTargetException e) {
      return e.getCause() instanceof TestAbortedException;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    } catch (RuntimeException | AssertionError e) {
      return false;
    }
  }

  private static List<Method> methods(Class<?> type, Class<? extends Annotation> annotation) {
    List<Method> methods = new ArrayList<>();
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Method method : at.getDeclaredMethods()) {
        if (method.isAnnotationPresent(annotation)) {
          method.setAccessible(true);
          methods.add(method);
        }
      }
    }
    return methods;
  }
}
