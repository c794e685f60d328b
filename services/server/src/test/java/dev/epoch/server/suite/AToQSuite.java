package dev.epoch.server.suite;

import org.junit.platform.suite.api.ExcludePackages;
import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/**
 * Half of the tests of the application: those whose names begin with A to Q. They share one
 * application and one PostgreSQL, which each class would start anew if surefire handed the classes
 * to its processes one by one.
 */
@Suite
@SelectPackages("dev.epoch.server")
@ExcludePackages("dev.epoch.server.hostile")
@IncludeClassNamePatterns(".*\\.[A-Q]\\w*Test")
class AToQSuite {}
