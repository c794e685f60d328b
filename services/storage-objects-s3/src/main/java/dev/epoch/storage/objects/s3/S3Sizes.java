package dev.epoch.storage.objects.s3;

/**
 * From which sizes on objects are written in parts; bytes.
 *
 * @param whole the largest that is written in one request
 * @param part of a part, at least 5 MiB but for the last
 * @param copied the largest that is copied in one request
 */
record S3Sizes(long whole, long part, long copied) {
  private static final long MEBIBYTE = 1024 * 1024;

  /** Those of S3, whose limit of a copy is 5 GiB. */
  static final S3Sizes DEFAULT = new S3Sizes(16 * MEBIBYTE, 16 * MEBIBYTE, 5 * 1024 * MEBIBYTE);
}
