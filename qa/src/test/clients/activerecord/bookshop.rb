# ActiveRecord on a branch: options of the connection.
require 'active_record'

LIVE = { adapter: 'postgresql', url: ENV.fetch('DATABASE_URL'), pool: 2 }.freeze
BRANCH = ENV.fetch('EPOCH_BRANCH')

class ApplicationRecord < ActiveRecord::Base
  self.abstract_class = true
end

class Author < ApplicationRecord
  has_many :books, dependent: :destroy
  validates :name, presence: true
end

class Book < ApplicationRecord
  belongs_to :author
end

def branch
  ActiveRecord::Base.connection.select_value('SELECT epoch.current_branch()')
end

def check(what, found, expected)
  raise "#{what}: #{found.inspect} is not #{expected.inspect}" unless found == expected
end

def work
  check 'books', Author.find_by(name: 'Herman Melville').books.order(:id).map(&:title), %w[Moby-Dick Omoo]
  check 'includes', Author.includes(:books).order(:id).map { |a| a.books.size }, [2, 1, 0]
  verne = Author.create!(name: 'Jules Verne', about: { country: 'France' })
  book = verne.books.create!(title: 'Twenty Thousand Leagues', price: 10, shelf: 'travel', words: %w[sea boat])
  check 'keys', [verne.id, book.id], [4, 4]
  Author.upsert_all([{ id: verne.id, name: 'Jules Verne' }])
  check 'lock', Author.lock.find(verne.id), verne
  check 'count', Book.where(title: 'Omoo').update_all('price = price + 1'), 1
  Author.find_by(name: 'Leo Tolstoy').destroy!
  Author.find_by(name: 'Anonymous').update!(name: 'Nobody in particular')
end

def transactions
  Author.transaction do
    Author.create!(name: 'Undone')
    Book.delete_all
    raise ActiveRecord::Rollback
  end
  Author.transaction do
    begin
      Author.transaction(requires_new: true) { Author.create!(name: 'Herman Melville') }
      raise 'a second Herman Melville'
    rescue ActiveRecord::RecordNotUnique => refused
      raise unless refused.message.include?('authors_name_key')
    end
  end
  check 'sum', Book.sum(:price), BigDecimal('31.5')
end

# recipe: the URL of the branch, or its options, in database.yml
ActiveRecord::Base.establish_connection(
  LIVE.merge(ENV.key?('BRANCH_URL') ? { url: ENV['BRANCH_URL'] } : { options: ENV.fetch('BRANCH_OPTIONS') }))
check 'branch', branch, BRANCH
work
transactions
ActiveRecord::Base.connection.reset!
check 'branch after reset!', branch, BRANCH
Author.left_joins(:books).order(:id, 'books.id').pluck(:name, :title, :price).each do |name, title, price|
  puts [name, title, price && format('%.2f', price)].map { |v| v.nil? ? 'None' : v }.join('|')
end

ActiveRecord::Base.establish_connection(LIVE)
check 'live', Author.find(3).name, 'Anonymous'
