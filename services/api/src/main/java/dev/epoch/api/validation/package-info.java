/** Whether commits are what they say. */
package dev.epoch.api.validation;
