/** Architecture rules, fault trials and benchmarks. */
package dev.epoch.qa;
