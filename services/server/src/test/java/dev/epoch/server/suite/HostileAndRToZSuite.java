package dev.epoch.server.suite;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The other half of the tests of the application, see {@link AToQSuite}. */
@Suite
@SelectPackages("dev.epoch.server")
@IncludeClassNamePatterns({".*\\.hostile\\.\\w+Test", ".*\\.[R-Z]\\w*Test"})
class HostileAndRToZSuite {}
