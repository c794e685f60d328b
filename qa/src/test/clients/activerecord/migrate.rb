# ActiveRecord's migrations, up to the version in ARGV: on live without BRANCH_OPTIONS, else on the branch.
require 'active_record'
require 'fileutils'
require 'tmpdir'

ActiveRecord::Base.establish_connection(
  { adapter: 'postgresql', url: ENV.fetch('DATABASE_URL'), options: ENV['BRANCH_OPTIONS'] }.compact)
ActiveRecord::Migration.verbose = false

VERSIONS = {
  '001_start.rb' => <<~RUBY,
    class Start < ActiveRecord::Migration[6.1]
      def change; end
    end
  RUBY
  '002_alter.rb' => <<~RUBY
    class Alter < ActiveRecord::Migration[6.1]
      class Author < ActiveRecord::Base; end

      def change
        add_column :authors, :phone, :string, default: 'none', null: false
        rename_column :books, :words, :keywords
        add_index :books, :title, name: 'books_by_title'
        change_column :books, :price, :decimal, precision: 10, scale: 2
        change_column_null :books, :price, true
        add_check_constraint :authors, "phone <> ''", name: 'phone_is_told'
        add_reference :books, :second, foreign_key: { to_table: :authors }, type: :integer
        remove_column :authors, :born, :date
        reversible { |way| way.up { Author.where(name: 'Leo Tolstoy').update_all(phone: '123') } }
      end
    end
  RUBY
}.freeze

def check(what, found, expected)
  raise "#{what}: #{found.inspect} is not #{expected.inspect}" unless found == expected
end

Dir.mktmpdir do |folder|
  VERSIONS.each { |name, text| File.write(File.join(folder, name), text) }
  ActiveRecord::MigrationContext.new(folder, ActiveRecord::SchemaMigration).migrate(ARGV.fetch(0).to_i)
end
ActiveRecord::InternalMetadata.create_table unless ENV['BRANCH_OPTIONS']

# what models ask of the catalogs
connection = ActiveRecord::Base.connection
check 'keys', %w[authors books].map { |t| connection.primary_key(t) }, %w[id id]
# those of the live table of the same name, which stands behind in the path, are told too
references = connection.foreign_keys('books').map(&:to_table).reject { |name| name.include?('.') }
check 'reference', references.uniq, ['authors']
check 'unique', connection.indexes('authors').select(&:unique).map(&:columns).uniq, [['name']]
if ARGV.fetch(0) == '2'
  check 'checks', connection.check_constraints('authors').map(&:name), ['phone_is_told']
  check 'columns', connection.columns('authors').map(&:name), %w[id name about created_at phone]
end
